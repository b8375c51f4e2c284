"What each of Keras' backends needs: LSTM and GRU loops, products, quiet imports."
