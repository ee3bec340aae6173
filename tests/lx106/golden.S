// The byte vectors of proto/golden, as zero-terminated hexadecimal text.
    .section .rodata.golden, "a"
    .macro golden name
    .global golden_\name
golden_\name:
    .incbin "proto/golden/\name\().hex"
    .byte 0
    .endm

    golden command_cancel
    golden command_install
    golden heartbeat
    golden heartbeat_empty
    golden heartbeat_full
    golden manifest
    golden manifest_full
    golden provisioning
    golden signed_manifest
    golden trust_store
