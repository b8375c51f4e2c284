"What a trained model does in NumPy, without Keras: generate, score, show what its cells track."
