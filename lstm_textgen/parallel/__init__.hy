"A batch dealt out to several workers."
