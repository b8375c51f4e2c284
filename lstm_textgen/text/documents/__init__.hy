#[[Documents: files that hold text but aren't plain text, recognized by content and file extension.

A reader takes a file, opened in binary mode, and a `Reading`; it yields the text and returns a
`Summary`. It opens no other file and needs no network. What no reader recognizes, `readers` reads
as plain text, which is the usual case.]]
