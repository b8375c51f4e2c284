"Training: batches, schedule, network, learners, runs. Backends are in `learner/`."
