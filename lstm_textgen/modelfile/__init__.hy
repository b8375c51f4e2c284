"The model file: its format, its place and its replacement. It neither trains nor generates."
