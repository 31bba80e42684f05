# Target `image`: <binary dir>/qemu_fw.bios, what QEMU runs: TF-A's boot stages with our two images.
# TF-A is built once, by tools/setup; a change of ours only packs its binaries anew.

set(_image ${CMAKE_BINARY_DIR}/qemu_fw.bios)
set(_parts ${CMAKE_BINARY_DIR}/monitor.bin ${CMAKE_BINARY_DIR}/host.bin)
set(_stages ${CAEC_TFA_DIR}/bl1.bin ${CAEC_TFA_DIR}/bl2.bin ${CAEC_TFA_DIR}/bl31.bin ${CAEC_TFA_DIR}/fiptool)

add_custom_command(OUTPUT ${_image}
  COMMAND ${CMAKE_SOURCE_DIR}/tools/pack-image ${CAEC_TFA_DIR} ${_parts} ${_image}
  DEPENDS ${CMAKE_SOURCE_DIR}/tools/pack-image ${_stages} ${_parts}
  COMMENT "Boot image qemu_fw.bios"
  VERBATIM)
add_custom_target(image DEPENDS ${_image})
add_dependencies(image monitor host)
