"""Warm, killable child processes for everything that a damaged file could crash, hang or blow up.

Whoever starts a program makes one `pool.WorkerPool`, passes it on in a `pool.Reading`, and closes it. Work is a
`messages.WorkerTask`: the name of a function, what all its items have in common, and the items. `WorkerPool.run` takes
tasks one by one as children become free, so that whoever makes them lazily decides what is most urgent now, and yields
`messages.TaskAnswer`s as they come. Whatever happens in a child, a segmentation fault, a hang, a panic of a Rust
library, too much memory, comes back as a `Refusal` for the item it happened at; the child is replaced and the other
items go on. No text of another library's error crosses the boundary.

`messages` says what crosses, `ring_buffer` is the shared memory through which pixels come, `process` starts and ends a
child (the only module that may), `pool` deals out tasks, `dedicated_child` is one outside the pool that keeps what its
tasks leave in it, and `child` runs on the other side; `item_answers` keeps what one item does there from the others.
"""

WORKER_ARGUMENT = "--slicelens-worker"
"""The hidden argument by which a packaged program starts itself as a child process."""
