"Training: batches, schedule, network, learners, runs. The backends are in `learner/`."
