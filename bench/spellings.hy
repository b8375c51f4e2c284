#[[How far the score of a piece-level model is above the bits that it really needs for a text.

    python -m hy bench/spellings.hy MODEL TEXT[:CHARACTERS] [WORDS…]

`--score` takes the usual spelling of each word in pieces, but a model gives others some
probability, too, and the text has the sum over all. Here the sum is taken over all spellings of
WORDS words in a row (default: 1, then 2), after the usual spelling of what precedes them. For
`text.txt:-5000` the last 5,000 characters are read.]]

(eval-when-compile (require hyrule [unless]))
(import
  argparse
  functools [cache]
  math
  pathlib [Path]
  re
  numpy :as np
  bench.common [print-header print-row processor results]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.writing.engine [softmax]
  lstm-textgen.writing.mixture [make-engine]
  lstm-textgen.writing.seeds [start-ids])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  MOST 20_000  ; spellings that are summed over; where there are more, the usual one is taken
  STREAMS [16 128 1024])  ; spellings read side by side: as few as will do


(defn main []
  "Print a row for each number of words."
  (setv parser (argparse.ArgumentParser))
  (.add-argument parser "model")
  (.add-argument parser "text")
  (.add-argument parser "words" :nargs "*" :type int :default [1 2])
  (setv
    given (.parse-args parser)
    model (load-checkpoint given.model)
    [path _ length] (.partition given.text ":")
    text (.read-text (Path path) :encoding "utf-8")
    length (int (or length (len text)))
    text (if (< length 0) (cut text length None) (cut text length)))
  (print f"{(processor)}\n")
  (print-header "words in a row" "characters" "usual spelling"
    "all spellings" "less by" "too many to sum over"
    :unit "bits per character")
  (for [words given.words]
    (setv [usual all left] (compare model text words))
    (print-row words f"{(len text) :,}"
      #* (gfor nats [usual all] f"{(/ nats (math.log 2) (len text)) :.4f}")
      f"{(- 1 (/ all usual)) :.2%}" left)))


(defn compare [model text words]
  #[[Return #(usual all left) for `text`: its nats by its usual spelling, and by all of `words`
  words in a row; and how many such rows have more than `MOST` spellings.]]
  (setv
    vocabulary model.vocabulary
    engine (make-engine model)
    engines (cache (fn [streams] (make-engine model streams)))
    parts (re.findall r"\s?\S+|\s" text)
    [usual all left] [0.0 0.0 0])
  (.feed engine (start-ids model))
  (for [start (range 0 (len parts) words)]
    (setv
      part (.join "" (cut parts start (+ start words)))
      ids (.tolist (.encode vocabulary part))
      few (<= (count-spellings vocabulary part) MOST)
      ways (if few (spellings vocabulary part) [ids])
      [own #* every] (spelling-nats engine engines [ids #* ways]))
    (+= usual own)
    (-= all (np.logaddexp.reduce (- (np.array every))))
    (+= left (not few))
    (for [id ids] (.step engine id)))
  #(usual all left))


(defn count-spellings [vocabulary text]
  "Return in how many ways units of `vocabulary` joined are `text`."
  (setv ways [1])
  (for [end (range 1 (+ 1 (len text)))]
    (.append ways (sum (gfor
      start (range end)
      :if (in (cut text start end) vocabulary.ids)
      (get ways start)))))
  (get ways -1))


(defn spellings [vocabulary text]
  "Return the lists of ids of units that joined are `text`."
  (unless text (return [[]]))
  (lfor
    end (range 1 (+ 1 (len text)))
    :if (in (cut text end) vocabulary.ids)
    rest (spellings vocabulary (cut text end None))
    [(get vocabulary.ids (cut text end)) #* rest]))


(defn spelling-nats [engine engines ways]
  #[[Return the nats of each of `ways`, lists of ids, after what `engine` has read.

  `engines` returns an engine with a number of streams.]]
  (setv nats [])
  (for [start (range 0 (len ways) (get STREAMS -1))]
    (setv
      some (cut ways start (+ start (get STREAMS -1)))
      many (engines (next (gfor n STREAMS :if (>= n (len some)) n)))
      found (np.zeros (len some)))
    (for [[own array] (zip many.state engine.state)] (setv (get own ...) array))
    (for [t (range (max (map len some)))]
      (setv
        reading (lfor [k ids] (enumerate some) :if (< t (len ids)) k)
        next-ids (np.zeros many.streams int)
        (get next-ids reading) (lfor k reading (get some k t))
        odds (get (softmax many.logits) #((range many.streams) next-ids)))
      (-= (get found reading) (np.log (get odds reading)))
      (.step many next-ids))
    (.extend nats (.tolist found)))
  nats)


(when (= __name__ "__main__")
  (with [_ (results __file__ EDITION)] (main)))
