#[[Kills a training run again and again by SIGKILL, and looks whether anything is lost.

    hy bench/kill.hy [HOW MANY KILLS, 200 if not said]

The run is of a tiny model that is saved after nearly every step. Each kill comes at a random moment of a run's life; every second one waits from there for the next save, and comes in its midst. Then the model must be readable, and as far as the last save that the killed run told of; then the run is started again. When it comes to its end, its model must be that of a run that was never killed, to the last bit, and a new run begins.

A run is a process of its own, forked from this one, which has imported Keras but not yet used it: so it starts in no time. KERAS_BACKEND chooses the backend.]]

(import
  collections [Counter]
  os
  pathlib [Path]
  random [Random]
  signal
  sys
  tempfile [TemporaryDirectory]
  time
  traceback)

(.append sys.path (str (. (Path __file__) (resolve) parent parent)))
(.setdefault os.environ "OMP_NUM_THREADS" "1")  ; PyTorch's threads would only wait for one another in so small a network

(import
  lstm_textgen [training]
  lstm_textgen.checkpoint [load-checkpoint save-checkpoint]
  lstm_textgen.report [Quiet]
  lstm_textgen.textmodel [train]
  tests.helpers [TEXT TINY write-text]
  tests.models [same-model?])

(setv
  SETTINGS {#** TINY  "layers" "8,dropout:0.3"  "epochs" 3  "save_every" 1e-4}
  SAVE 0.003  ; seconds, about as long as a save has a file open
  PLACE 8)    ; bytes that tell of a save


;; * Runs

(defn tell-saves [pipe]
  "From now on, tell on `pipe` of each save as soon as it is done: how many steps are in it."
  (defn save-and-tell [checkpoint path]
    (save-checkpoint checkpoint path)
    (os.write pipe (.to-bytes (get checkpoint.resume "state" "updates") PLACE "big")))
  (setv training.save-checkpoint save-and-tell))


(defn start-run [folder]
  "Start a process that trains the model in `folder`, or goes on with it; its number, and the file in which it tells of its saves."
  (setv
    [reading writing] (os.pipe)
    number (os.fork))
  (when number
    (os.close writing)
    (return #(number (open reading "rb"))))
  (try
    (tell-saves writing)
    (train (/ folder "text.txt") (/ folder "model") :report (Quiet) #** SETTINGS)
    (os._exit 0)
    (except [BaseException]
      (traceback.print-exc)
      (os._exit 1))))


(defn ended? [number]
  "Whether that process has ended; it can still be waited for."
  (is-not None (os.waitid os.P-PID number (| os.WEXITED os.WNOHANG os.WNOWAIT))))


(defn end-of [number]
  "Wait for the process; the signal that ended it, or 0 where it came to its end."
  (setv status (os.waitstatus-to-exitcode (get (os.waitpid number 0) 1)))
  (when (> status 0)
    (raise (RuntimeError "a run failed")))
  (- status))


;; * Kills

(defn wait-for-save [number folder rng]
  "Wait until the process is in the midst of a save, or has ended."
  (setv temporary (/ folder f".model.h5.{number}.tmp"))
  (while (not (or (.exists temporary) (ended? number)))
    (time.sleep 1e-4))
  (time.sleep (rng.uniform 0 SAVE)))


(defn kill-a-run [folder rng seconds aimed]
  "Start a run and kill it within so many `seconds`, or in the save after that; what ended it, and how many steps were in the last save that it told of (0: in none)."
  (setv [number told] (start-run folder))
  (time.sleep (rng.uniform 0 seconds))
  (when aimed
    (wait-for-save number folder rng))
  (os.kill number signal.SIGKILL)
  (with [_ told]
    #((end-of number) (int.from-bytes (cut (.read told) (- PLACE) None) "big"))))


(defn refuse-warning [line]
  (raise (ValueError line)))


(defn steps-in [folder]
  "How many steps are in the model in `folder`: 0 if there is none, None if it can't be read."
  (when (not (list (.glob folder "model.h5*")))
    (return 0))
  (try
    (setv model (load-checkpoint (/ folder "model") :resume True :warn refuse-warning))
    (except [error [OSError ValueError]]
      (print error :file sys.stderr)
      (return None)))
  (get model.resume "state" "updates"))


;; * The whole

(defn new-folder [place name]
  "Make a folder with a text to train on."
  (setv folder (/ place name))
  (.mkdir folder)
  (write-text folder (cut TEXT 3000))
  folder)


(defn finished [folder]
  "Let the run in `folder` go on to its end; its model."
  (setv [number told] (start-run folder))
  (with [_ told]
    (end-of number))
  (load-checkpoint (/ folder "model") :resume True))


(defn look-at [folder told counts]
  "Count a kill, and what it has left in `folder`, where `told` steps were told to be saved."
  (setv steps (steps-in folder))
  (+= (get counts "kills") 1)
  (+= (get counts "in the midst of a save") (any (.glob folder ".model.h5.*.tmp")))
  (+= (get counts "models unreadable") (is steps None))
  (+= (get counts "saves lost") (and (is-not steps None) (< steps told))))


(defn kill-many [kills place]
  "Kill runs so many times, in folders below `place`; the number of each outcome."
  (setv
    rng (Random 1)
    counts (Counter)
    began (time.monotonic)
    whole (finished (new-folder place "whole"))
    seconds (- (time.monotonic) began))
  (while (< (get counts "kills") kills)
    (setv folder (new-folder place (str (get counts "runs")))  told 0  ended False)
    (while (not (or ended (= (get counts "kills") kills)))
      (setv [ending saved] (kill-a-run folder rng seconds (% (get counts "kills") 2)))
      (setv ended (!= ending signal.SIGKILL)  told (max told saved))
      (when (not ended)
        (look-at folder told counts)))
    (+= (get counts "runs") 1)
    (+= (get counts "different") (not (same-model? (finished folder) whole))))
  counts)


(defn main [[kills "200"]]
  (with [place (TemporaryDirectory)]
    (setv counts (kill-many (int kills) (Path place))))
  (for [name ["kills" "in the midst of a save" "runs" "models unreadable" "saves lost"]]
    (print f"{name :<23} {(get counts name) :>4}"))
  (print f"final weights identical {(if (get counts "different") "NO" "yes") :>4}"))


(when (= __name__ "__main__")
  (main #* (cut sys.argv 1 None)))
