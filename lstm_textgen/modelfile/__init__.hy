"The bytes of a model file on disk."
