"What can be set: the table of all settings, the layer language, the default sizes. It reads no
text and no file."
