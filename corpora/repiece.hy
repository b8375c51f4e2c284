#[[A model by pieces → the same model with pieces learned from another text.

    hy corpora/repiece.hy english english.txt english-seed.h5

A new piece begins with what the model knows of its parts, the old pieces that spell it: as input
it is mostly its last part, as output its first, e² times less likely than that by itself.]]

(import
  pathlib [Path]
  random [Random]
  sys
  numpy :as np
  lstm-textgen.modelfile.checkpoint [Checkpoint load-checkpoint save-checkpoint]
  lstm-textgen.text.vocabulary [build-vocabulary])

(setv
  PARAGRAPHS 60_000  ; of the text, from which pieces are learned
  LAST 0.6           ; share of a piece's last part in its embedding; the mean of all has the rest
  LESS-LIKELY 2      ; nats
  UNKNOWN -8)        ; bias of a character that the model doesn't know


(defn new-pieces [text count]
  "Return a vocabulary of `count` pieces for `text`: all of its characters, pieces from a sample."
  (setv paragraphs (.split text "\n\n"))
  (.shuffle (Random 1) paragraphs)
  (build-vocabulary
    (+ (.join "\n\n" (cut paragraphs PARAGRAPHS)) "\n" (.join " " (sorted (set text))))
    "pieces" count))


(defn repieced [model vocabulary]
  "Return `model` (a `Checkpoint` with one LSTM) with the pieces of `vocabulary`."
  (setv
    [embedding #* lstm kernel bias] (lfor w model.weights (.astype w "float32"))
    ids model.vocabulary.ids
    spelled (lfor unit vocabulary.units
      (lfor part (.split model.vocabulary (.join "" (gfor c unit :if (in c ids) c)))
        (get ids part)))
    [rows columns biases] (zip #* (gfor parts spelled (cond
      (not parts) [(.mean embedding 0) (np.zeros (len kernel)) UNKNOWN]
      (= (len parts) 1) [(get embedding (get parts 0)) (get kernel #(... (get parts 0)))
        (get bias (get parts 0))]
      True [
        (+ (* LAST (get embedding (get parts -1)))
          (* (- 1 LAST) (.mean (get embedding parts) 0)))
        (get kernel #(... (get parts 0)))
        (- (get bias (get parts 0)) LESS-LIKELY)]))))
  (Checkpoint
    (lfor w [(np.stack rows) #* lstm (np.stack columns 1) (np.array biases)]
      (np.ascontiguousarray w "float32"))
    vocabulary model.settings model.facts []))


(when (= __name__ "__main__")
  (setv
    [old text new] (cut sys.argv 1 4)
    model (load-checkpoint old))
  (save-checkpoint
    (repieced model (new-pieces (.read-text (Path text) :encoding "utf-8")
      (len model.vocabulary)))
    (Path new)))
