"From sources to ids: files, downloads, preparation, recipes, vocabulary. It knows nothing of
networks."
