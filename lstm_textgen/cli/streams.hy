"The standard streams, so that nothing which is shown can stop the program."

(import
  os
  pathlib [Path]
  sys
  lstm-textgen.basics.machine [MB])

;; Each stream: its number, how to open what takes its place, what becomes of characters that its
;; encoding lacks.
(setv STREAMS {
  "stdin" [0 "r" "strict"]
  "stdout" [1 "w" "replace"]
  "stderr" [2 "w" "backslashreplace"]})


(defn prepare-streams []
  "Put the null device where a stream is missing, and let the others take every character."
  (for [[name [number mode errors]] (.items STREAMS)]
    (try
      (os.fstat number)
      (except [OSError]  ; else the next file that is opened would get this number
        (os.open os.devnull os.O-RDWR)))
    (setv stream (getattr sys name))
    (cond
      (or (is stream None) (getattr stream "closed" False))
        (setattr sys name (open os.devnull mode :encoding "utf-8"))
      (and (= mode "w") (hasattr stream "reconfigure"))
        (.reconfigure stream :errors errors))))


(defn settle-streams []
  "Hand on what was shown; let what nobody takes fall into the void, not fail at the exit."
  (for [stream [sys.stdout sys.stderr]]
    (try
      (.flush stream)
      (except [OSError] (os.dup2 (os.open os.devnull os.O-WRONLY) (.fileno stream))))))


(defn page-written [path]
  "Return the line that says how large the page at `path` is that was written."
  f"{path}: {(size-in-words path)}; open it in a browser")


(defn size-in-words [path]
  "Return in words how large the file, or all files in the folder, at `path` are."
  (setv size (sum (gfor
    file [(Path path) #* (.rglob (Path path) "*")]
    :if (.is-file file)
    (. (.stat file) st-size))))
  (if (< size MB) f"{(/ size 1024) :.0f} KB" f"{(/ size MB) :.1f} MB"))
