"What a trained model does, in NumPy: it writes, scores, and shows what its cells follow. It never
imports Keras."
