#[[The interface between training and a learner, whichever backend takes its steps.

A learner is a network with its loss (nats, the mean over every position of a batch) and Adam. For
each step training passes it a learning rate, empties its states if windows don't follow one
another, and passes a batch. It saves and restores the learner's state.]]

(eval-when-compile (require hyrule [meth unless]))
(import
  contextlib [closing]
  numpy :as np
  lstm-textgen.basics.interrupts [nothing-to-save]
  lstm-textgen.learning.learner.quiet [muted-stderr])


(defclass Learner []
  #[[What all learners share. Each kind adds `learn`, `validate`, `empty-states` and these:

  - `model`: what callbacks get as the model; `in-words`: what trains it.
  - `optimizer`: with a `learning-rate` and `variables`.
  - `variables`: all that changes in training, the `weights` first; `states`, those of them that
    windows carry over, (rows, units) each.

  A variable has what Keras' have: `value`, `shape`, `dtype`, `assign`.]]

  (setv
    compiles? True   ; whether its first step takes seconds to compile
    one-thread None  ; whether steps are on one thread, as those of the run that is resumed
    in-time? False   ; whether the run has a deadline, so that its bits depend on time anyway
    _compiled False)

  (meth step [x y]
    "Learn a batch by `learn`; the first call compiles, so it is mute and Ctrl-C ends it at once."
    (if @_compiled
      (@learn x y)
      (with [_ (nothing-to-save)  _ (muted-stderr)]
        (setv @_compiled True)
        (@learn x y))))

  (meth prepare [held]
    "Compile the validation of `held` now, with nothing to lose yet; `step` compiles the rest."
    (with [_ (nothing-to-save)  _ (muted-stderr)  losses (closing (@losses held))]
      (next losses)))

  (meth losses [held]
    "Yield `validate`'s result for each batch of `held` (a `HeldOut`), from states of its own."
    (setv kept (arrays-of @states))
    (@empty-states)
    (try
      (for [batch (.batches held)] (yield (@validate #* batch)))
      (finally (@put @states kept))))

  (meth set-rate [rate]
    "Set the learning `rate` of the next batch."
    (setv @optimizer.learning-rate rate))  ; the second of its `variables`, which `cores` passes on

  (meth agree [wishes]
    "Return the sums of all processes' `wishes`; here there is only one process."
    wishes)

  (meth restore [arrays]
    #[[Set `variables` and those of the optimizer, in order, to `arrays`; return whether they fit.

    States with another number of rows start empty: the batch size has changed.]]
    (setv
      variables [#* @variables #* @optimizer.variables]
      states (set (map id @states))
      pairs (lfor
        [variable array] (zip variables arrays)
        :if (or (not-in (id variable) states) (= (tuple variable.shape) array.shape))
        #(variable array))
      fits (and (= (len variables) (len arrays)) (all (gfor
        [variable array] pairs
        (and
          (= (len variable.shape) array.ndim)
          (= (in "float" variable.dtype) (= array.dtype.kind "f"))
          (all (gfor [room n] (zip variable.shape array.shape) (<= n room))))))))
    (when fits (@put #* (zip #* pairs)))
    fits)

  (meth put [variables arrays]
    "Set `variables` to `arrays`; what the vocabulary has grown by keeps its values."
    (for [[variable array] (zip variables arrays)]
      (setv
        [whole] (arrays-of [variable])
        (get whole (tuple (gfor n array.shape (slice 0 n)))) array)
      (.assign variable whole))))


(defn arrays-of [variables]
  #[[Return the values of `variables`, Keras' with any backend or NumPy's, as new arrays.

  A JAX variable split over processes is gathered, for which all processes must call this alike.
  Keras' own conversion from TensorFlow and PyTorch makes NumPy 2 warn.]]
  (setv arrays [])
  (for [variable variables  :setv tensor variable.value]
    (unless (or (getattr tensor "is_fully_addressable" True) tensor.is-fully-replicated)
      (import jax.experimental.multihost-utils [process-allgather])
      (setv tensor (process-allgather tensor :tiled True)))
    (when (hasattr tensor "detach") (setv tensor (.cpu (.detach tensor))))
    (.append arrays (np.array (if (hasattr tensor "numpy") (.numpy tensor) tensor))))
  arrays)
