#[[Documents: files that hold text, but aren't plain text. Each is told by its content and ending.

A reader takes a file, open for bytes, and a `Reading`; it yields the text and returns what it
understood. It never looks at another file, and needs no network.]]
