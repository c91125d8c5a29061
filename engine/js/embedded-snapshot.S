// The startup snapshot as read-only bytes of the executable, which engine/js/embedded-snapshot.h declares.
// The build names the file in SNAPSHOT. V8 reads it in place, as words.
        .section .rodata.lathe_snapshot, "a"
        .balign 16
        .globl lathe_snapshot_begin, lathe_snapshot_end
        .hidden lathe_snapshot_begin, lathe_snapshot_end
lathe_snapshot_begin:
        .incbin SNAPSHOT
lathe_snapshot_end:
        .section .note.GNU-stack, "", %progbits
