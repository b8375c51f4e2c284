"JAX's part where a batch is split over devices: dropout, and arrays that no process has whole."

(eval-when-compile (require hyrule [unless]))
(import
  jax
  jax.experimental.multihost-utils [process-allgather]
  keras
  keras [ops])

(setv AXIS "batch")  ; what `keras.distribution.DataParallel` calls the devices


(defclass SplitDropout [keras.layers.Dropout]
  #[[Dropout for the rows of a batch that are on one device, within `jax.shard-map`.

  `noise-shape` is that of the whole batch. Each device draws for all rows and uses its own, so
  that a run drops the same units however many devices it has.]]

  (defn call [self inputs [training False]]
    (unless training
      (return inputs))
    (setv
      noise (.call (super) (ops.ones self.noise-shape) :training True)
      rows (get inputs.shape 0))
    (* inputs (jax.lax.dynamic-slice-in-dim noise (* rows (jax.lax.axis-index AXIS)) rows))))


(defn whole [array]
  #[[Return `array`, or where no process has all of it, a copy that this one has.

  All processes must call it alike.]]
  (if (or array.is-fully-addressable array.is-fully-replicated)
    array
    (process-allgather array :tiled True)))
