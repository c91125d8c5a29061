// The licenses of all that lathe is made of, as read-only bytes, which cli/licenses.h declares. The build names the
// file in LICENSES.
        .section .rodata.lathe_licenses, "a"
        .globl lathe_licenses_begin, lathe_licenses_end
        .hidden lathe_licenses_begin, lathe_licenses_end
lathe_licenses_begin:
        .incbin LICENSES
lathe_licenses_end:
        .section .note.GNU-stack, "", %progbits
