# The one list of Mbed TLS's files: what each use of it takes, for VENDOR_SOURCES or SIMD_SOURCES. How much is compiled of
# a file is said by the room's own configuration (MBEDTLS_CONFIG_FILE).

set(CAEC_MBEDTLS_INCLUDE ${CAEC_MBEDTLS_DIR}/include)

function(_caec_mbedtls variable)
  list(TRANSFORM ARGN REPLACE "(.+)" "${CAEC_MBEDTLS_DIR}/library/\\1.c")
  set(${variable} ${ARGN} PARENT_SCOPE)
endfunction()

_caec_mbedtls(CAEC_MBEDTLS_HASH sha256 sha512)
_caec_mbedtls(CAEC_MBEDTLS_HASH_HELPERS platform_util)
# Hashes as they are called through crypto.h of the monitor, which has a word for AES, too.
_caec_mbedtls(CAEC_MBEDTLS_CRYPTO_HELPERS aes constant_time platform_util)
_caec_mbedtls(CAEC_MBEDTLS_GCM aes aesce gcm)
_caec_mbedtls(CAEC_MBEDTLS_GCM_HELPERS block_cipher constant_time platform_util)
# Deterministic ECDSA; over hashes.
_caec_mbedtls(CAEC_MBEDTLS_SIGN
  aes asn1parse asn1write bignum bignum_core constant_time ecdsa ecp ecp_curves hmac_drbg md platform_util)
# Key agreement and keys from it; over hashes and AES-GCM.
_caec_mbedtls(CAEC_MBEDTLS_SESSION
  bignum bignum_core block_cipher constant_time ecdh ecp ecp_curves hkdf md memory_buffer_alloc platform platform_util)

# The monitor's own inverse (attest/inverse.h) in place of the library's, for one image or library. The property is of a
# file in a folder, whose other targets go on without.
function(caec_mbedtls_own_inverse target)
  set_target_properties(${target}.vendor PROPERTIES CAEC_OWN_INVERSE ON)
  set_source_files_properties(${CAEC_MBEDTLS_DIR}/library/bignum.c PROPERTIES COMPILE_DEFINITIONS
    "$<$<BOOL:$<TARGET_PROPERTY:CAEC_OWN_INVERSE>>:mbedtls_mpi_core_gcd_modinv_odd=inverse_gcd_odd>")
endfunction()
