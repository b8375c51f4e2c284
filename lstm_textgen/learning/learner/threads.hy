"The number of threads of PyTorch's steps: all, or one beside other work."

(eval-when-compile (require hyrule [meth unless]))
(import
  math [inf]
  statistics [median])

(setv
  RECENT 5     ; steps whose median tells how fast they are
  FEW-STEPS 3  ; steps with another number of threads, before one of them is kept
  SLOWED 2     ; how many times as long as the fastest steps take if threads wait for each other
  WAITS [5 60])  ; least and most seconds from one trial to the next


(defclass Threads []
  #[[How many threads take the next step: `now`, which is `most` or 1.

  Threads share each product, and spin until the last of them is done. If other work keeps one from
  running, all wait: steps take up to ten times as long, with a single thread not even twice
  (bench/log.md). So when steps have become slow, one thread is tried for a few of them, and the
  faster number kept; later all are tried again, less and less often as long as this is in vain.]]

  (meth __init__ [@most @now]
    (setv
      [@times @fastest] [[] inf]  ; seconds of the latest steps, the lowest median with all threads
      @before None                ; in a trial: the median of the steps before it
      [@wait _] WAITS
      @next 0))                   ; when the next trial may begin

  (meth note [seconds time]
    "Note that a step, which ended at this `time`, took these `seconds`; choose what is `now`."
    (.append @times seconds)
    (setv usual (median (cut @times (- RECENT) None)))
    (cond
      (not (is @before None))
        (when (or (= (len @times) FEW-STEPS) (> seconds (* SLOWED @before)))
          (@_end-trial (< usual @before) time))
      (< (len @times) RECENT) None
      (and (>= time @next) (or (= @now 1) (> usual (* SLOWED @fastest))))
        (setv [@before @now @times] [usual (@_other) []])
      (> @now 1)
        (setv @fastest (min usual @fastest))))

  (meth _end-trial [better? time]
    "Keep what was tried if it is `better?`, and wait before the next trial."
    (setv [least longest] WAITS)
    (unless better? (setv @now (@_other)))
    (setv
      @wait (if better? least (min longest (* 2 @wait)))
      @next (+ time @wait)
      [@before @times] [None []]))

  (meth _other []
    (if (= @now 1) @most 1)))
