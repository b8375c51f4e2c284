"What a trained model does in NumPy, without Keras: write, score, show what its cells follow."
