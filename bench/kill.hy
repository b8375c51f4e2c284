#[[Kills a training run again and again by SIGKILL, and looks whether anything is lost.

    python -m hy bench/kill.hy [HOW MANY KILLS, 200 if not said]

The run is of a tiny model that is saved after nearly every step. Each kill comes at a random
moment of a run's life; every second one waits from there for the next save, and comes in its
midst. Then the model must be readable, and as far as the last save that the killed run reported;
then the run is started again. When it comes to its end, its model must be that of a run that was
never killed, to the last bit, and a new run begins.

A run is a process of its own, forked from this one, which has imported Keras but not yet used it:
so it starts in no time. KERAS_BACKEND chooses the backend.]]

(eval-when-compile (require hyrule [unless]))
(import
  collections [Counter]
  importlib [import-module]
  os
  pathlib [Path]
  random [Random]
  signal
  sys
  tempfile [TemporaryDirectory]
  time
  traceback
  bench.common [note results]
  lstm-textgen.display.plain [Quiet]
  lstm-textgen.learning.learner.quiet [import-keras]
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint]
  lstm-textgen.textmodel [train]
  tests.helpers [TEXT TINY same-model? write-text]
  tools.results [slug])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  SETTINGS {#** TINY "layers" "8,dropout:0.3" "epochs" 3 "save_every" 1e-4}
  SAVE 0.003  ; seconds, about as long as a save has a file open
  PLACE 8     ; bytes that tell of a save
  OUTCOMES ["kills" "in the midst of a save" "runs" "models unreadable" "saves lost"])


(defn main [[kills "200"]]
  "Print what became of `kills` killed runs; return whether anything was lost."
  ;; PyTorch's threads would only wait for one another in so small a network.
  (.setdefault os.environ "OMP_NUM_THREADS" "1")
  (import-keras)
  (import-module "lstm_textgen.learning.training")
  (with [place (TemporaryDirectory)]
    (setv counts (kill-many (int kills) (Path place))))
  (for [name OUTCOMES]
    (note (slug name) (str (get counts name)))
    (print f"{name :<23} {(get counts name) :>4}"))
  (print f"final weights identical {(if (get counts "different") "NO" "yes") :>4}")
  (any (gfor name ["models unreadable" "saves lost" "different"] (get counts name))))


(defn kill-many [kills place]
  "Kill runs `kills` times, in folders below `place`; return the number of each outcome."
  (setv
    rng (Random 1)
    counts (Counter)
    began (time.monotonic)
    whole (finished (new-folder place "whole"))
    seconds (- (time.monotonic) began))
  (while (< (get counts "kills") kills)
    (setv folder (new-folder place (str (get counts "runs"))))
    (kill-to-the-end folder rng seconds kills counts)
    (+= (get counts "runs") 1)
    (+= (get counts "different") (not (same-model? (finished folder) whole))))
  counts)


(defn kill-to-the-end [folder rng seconds kills counts]
  #[[Start the run in `folder` until it ends before it is killed, and count what becomes of it.

  A whole run takes `seconds`. It is left alone once `kills` are counted.]]
  (setv
    told 0
    ended False)
  (while (not (or ended (= (get counts "kills") kills)))
    (setv
      [ending saved] (kill-a-run folder rng seconds (% (get counts "kills") 2))
      ended (!= ending signal.SIGKILL)
      told (max told saved))
    (unless ended (look-at folder told counts))))


(defn look-at [folder told counts]
  "Count a kill, and what it has left in `folder`, where `told` steps were told to be saved."
  (setv steps (steps-in folder))
  (+= (get counts "kills") 1)
  (+= (get counts "in the midst of a save") (saving? folder))
  (+= (get counts "models unreadable") (is steps None))
  (+= (get counts "saves lost") (and (is-not steps None) (< steps told))))


(defn steps-in [folder]
  "Return how many steps are in the model in `folder`: 0 if there is none, None if it is damaged."
  (unless (list (.glob folder "model.h5*")) (return 0))
  (try
    (setv model (load-checkpoint (/ folder "model") :resume True :warn refuse-warning))
    (except [error [OSError ValueError]]
      (print error :file sys.stderr)
      (return None)))
  model.resume.progress.updates)


(defn refuse-warning [line]
  "Raise `ValueError`: a model must be read without its backup."
  (raise (ValueError line)))


;; * Runs

(defn new-folder [place name]
  "Make a folder with a text to train on."
  (setv folder (/ place name))
  (.mkdir folder)
  (write-text folder (cut TEXT 3000))
  folder)


(defn finished [folder]
  "Let the run in `folder` resume to its end; return its model."
  (setv [number told] (start-run folder))
  (with [_ told] (end-of number))
  (load-checkpoint (/ folder "model") :resume True))


(defn kill-a-run [folder rng seconds aimed]
  #[[Start a run and kill it within `seconds` or, if `aimed`, in the save after that.

  Return what ended it, as `end-of` does, and how many steps were in the last save that it reported
  (0: in none).]]
  (setv [number told] (start-run folder))
  (time.sleep (rng.uniform 0 seconds))
  (when aimed (wait-for-save number folder rng))
  (os.kill number signal.SIGKILL)
  (with [_ told]
    #((end-of number) (int.from-bytes (cut (.read told) (- PLACE) None) "big"))))


(defn start-run [folder]
  #[[Start a process that trains the model in `folder`, or resumes its training.

  Return its number, and the file in which it tells of its saves.]]
  (setv
    [reading writing] (os.pipe)
    number (os.fork))
  (when number
    (os.close writing)
    (return #(number (open reading "rb"))))
  (try
    (tell-saves writing)
    (train (/ folder "text.txt") (/ folder "model") :display (Quiet) #** SETTINGS)
    (os._exit 0)
    (except [BaseException]
      (traceback.print-exc)
      (os._exit 1))))


(defn tell-saves [pipe]
  "Tell on `pipe`, from now on, of each save as soon as it is done: how many steps are in it."
  (import lstm-textgen.learning [training])
  (defn save-and-tell [checkpoint path #** options]
    (save-checkpoint checkpoint path #** options)
    (os.write pipe (.to-bytes checkpoint.resume.progress.updates PLACE "big")))
  (setv training.save-checkpoint save-and-tell))


(defn wait-for-save [number folder rng]
  "Wait until the process is in the midst of a save, or has ended."
  (while (not (or (saving? folder) (ended? number)))
    (time.sleep 1e-4))
  (time.sleep (rng.uniform 0 SAVE)))


(defn saving? [folder]
  "Return whether there is an unfinished model in `folder`."
  (any (.glob folder ".model.h5.*.tmp")))


(defn ended? [number]
  "Return whether that process has ended; it can still be waited for."
  (is-not None (os.waitid os.P-PID number (| os.WEXITED os.WNOHANG os.WNOWAIT))))


(defn end-of [number]
  "Wait for the process; return the signal that ended it, or 0 where it came to its end."
  (setv status (os.waitstatus-to-exitcode (get (os.waitpid number 0) 1)))
  (when (> status 0)
    (raise (RuntimeError "a run failed")))
  (- status))


(when (= __name__ "__main__")
  (sys.exit (with [_ (results __file__ EDITION)] (main #* (cut sys.argv 1 None)))))
