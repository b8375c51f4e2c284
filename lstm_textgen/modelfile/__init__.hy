"The model file: its bytes, its parts, where it is, and how it is replaced. It neither trains nor
writes text."
