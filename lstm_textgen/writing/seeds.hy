#[[Seed texts, and the state of an engine that has read one.

Before a text's own units a model reads its `start-ids`, like the end of a paragraph.]]

(eval-when-compile (require hyrule [unless]))
(import
  warnings
  numpy :as np
  lstm-textgen.text.units [describe-units]
  lstm-textgen.writing.batch [make-sampler]
  lstm-textgen.writing.spelling [begin ways-on])


(defclass Seed []
  #[[The `seed` text of one text or of several, which `model` reads once for all.

  `ids` (time,) are to be read, and `read` of them have been; `rest` is the word at its end that
  the first unit may be a part of. `opening` is a list of units to write before all else. One call
  of `warn` names unknown units. If the seed is `whole`, there is no rest.]]

  (defn __init__ [self model seed [warn warnings.warn] [whole False]]
    (setv
      self.model model
      [self.ids self.rest self.opening] (read-seed model seed warn whole)
      [self.read self._state self._ways] [0 None None]))

  (defn [property] done? [self]
    "Whether all of it has been read."
    (= self.read (len self.ids)))

  (defn take-in [self engine most]
    #[[Let `engine`, of one stream, read on for up to `most` ids; return how many.

    It may have read other texts since.]]
    (setv ids (cut self.ids self.read (+ self.read most)))
    (if self._state (.set-state engine self._state) (.reset engine))
    (when (len ids)
      (.feed-ids self engine ids)
      (+= self.read (len ids))
      (setv self._state (.copy-state engine)))
    (len ids))

  (defn feed-ids [self engine ids]
    "Let `engine` read the next `ids`."
    (.feed engine ids))

  (defn [(np.errstate :invalid "ignore")] begin [self engine draw]
    #[[Let `engine`, which has read the seed, write the first unit of `draw` if there is a rest.

    Return [#(id typed logits)], as of `spelling.begin`, or else [].]]
    (unless self.rest (return []))
    (when (is self._ways None)
      (setv self._ways (ways-on engine self.model.vocabulary self.rest)))
    (setv first (begin engine (make-sampler self.model [draw]) self._ways))
    (+= draw.drawn 1)
    [first]))


(defn read-seed [model seed [warn warnings.warn] [whole False]]
  #[[Return #(ids rest opening): the ids (time,) to read first, a text and a list of units.

  The ids are the model's `start-ids` and those of the seed text without its `rest`, the end that
  the next unit may begin with; if the seed is `whole`, there is no rest. The opening comes before
  the generated text: empty, unless the seed is empty and the model knows no line breaks; then it
  is the beginning of the training text.]]
  (setv
    vocabulary model.vocabulary
    start (start-ids model)
    first (get vocabulary.units (get start -1))
    [ids unknowns] (.encode-seed vocabulary seed)
    known (if (and unknowns (is vocabulary.unknown None)) (.decode vocabulary ids) seed)
    rest (if whole "" (.unfinished vocabulary known)))
  (when rest
    (setv
      ids (.encode vocabulary (.removesuffix known rest))
      unknowns (lfor unit unknowns :if (!= unit rest) unit)))
  (when unknowns
    (warn (+ f"the model never saw {(describe-units unknowns)}; "
      (if (is vocabulary.unknown None)
        "left out of the seed"
        f"read as an unknown {vocabulary.singular}"))))
  #( (np.concatenate [start (.astype ids int)])
    rest
    (if (or known (= first "\n") (!= first model.settings.beginning)) [] [first])))


(defn start-ids [model]
  #[[Return a list of the ids to read before any text.

  They are two line breaks, as between paragraphs: after one, which may be within a wrapped
  paragraph, a text could begin anywhere. If the model knows none, they are the first unit of its
  training text.]]
  (setv line-break (.get model.vocabulary.ids "\n"))
  (if (is line-break None)
    [(int (get [#* (get (.encode-seed model.vocabulary model.settings.beginning) 0) 0] 0))]
    [line-break line-break]))
