"From a source to ids: files and downloads, preparation, recipes, the vocabulary. It knows nothing
of networks."
