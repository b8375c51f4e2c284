"Where text comes from: files and downloads."
