"All settings: the table, the layer language, the default sizes. It reads no text and no file."
