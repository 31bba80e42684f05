# The version, here and nowhere else: of the project, its programs, packages and manual pages.
set(CAEC_VERSION 0.2.0)
