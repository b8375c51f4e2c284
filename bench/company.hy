#[[How often company changes a text: `python -m hy bench/company.hy MODEL`.

64 texts are generated together and each alone, a million units in all. Sums in a batch are rounded
differently, so now and then another unit is chosen, after which the text is another.]]

(import
  sys
  bench.common [note processor results]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.modelfile.places [find-model]
  lstm-textgen.writing.batch [Crowd]
  lstm-textgen.writing.mixture [make-engine]
  lstm-textgen.writing.sampling [Draw]
  lstm-textgen.writing.writer [usual-options])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  TEXTS 64
  LENGTH 15_625)  ; units of each, a million in all


(defn ids-of [crowd draws state]
  "Return the ids (LENGTH,) of each of `draws`, generated in one `crowd` after `state`."
  (setv ids (dfor draw draws draw []))
  (.change crowd [] (lfor draw draws #(draw state)))
  (for [_ (range (// LENGTH 125))]
    (for [[draw column _] (.run crowd 125 (fn [] False))] (.extend (get ids draw) column)))
  (.change crowd draws [])
  (list (.values ids)))


(defn main [name]
  "Compare the texts of the model in the file `name`."
  (setv
    model (load-checkpoint (find-model name))
    reader (make-engine model)
    draws-of (fn [] (lfor k (range TEXTS) (Draw (usual-options model) 1 k)))
    crowd (Crowd model reader)
    together (ids-of crowd (draws-of) reader.state)
    alone (lfor draw (draws-of) (get (ids-of crowd [draw] reader.state) 0))
    same (lfor [a b] (zip together alone)
      (next (gfor [k pair] (enumerate (zip a b)) :if (!= #* pair) k) LENGTH))
    changed (sum (gfor n same (< n LENGTH))))
  (note "changed" (str changed) "samples")
  (print (+ f"{(processor)}: {changed} of {TEXTS} texts of {LENGTH :,} units differ from those "
    f"written alone; {(sum same) :,} choices were the same")))


(when (= __name__ "__main__")
  (with [_ (results __file__ EDITION)]
    (main #* (cut sys.argv 1 None))))
