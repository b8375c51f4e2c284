#[[How much of a text was copied from another one, character by character.

All strings of n characters of both texts are compared by their hashes, which NumPy computes for a
stretch of text at once. The hash of c₀ … cₙ₋₁ is c₀ + c₁·b + c₂·b² + … modulo 2⁶⁴ (Karp and Rabin
1987): a difference of two running sums, divided by the power of b at its start. Two different
strings have the same hash with a probability of about 10⁻¹⁹.

10 MB of training text take 0.3 s per value of n and 90 MB of memory; usually two values are
enough, rarely more than eight. A suffix array (pydivsufsort 0.0.20) took 4.1 s and 1 GB.]]

(import
  numpy :as np
  lstm-textgen.text.shingles [SHINGLE])

(setv
  HASHED-AT-ONCE (** 2 20)  ; characters of the training text hashed at once
  BASE 0x9E3779B97F4A7C15  ; any large odd number: it can be divided by modulo 2⁶⁴
  TABLE-BITS 22  ; the first bits of a hash, which tell most strings apart
  TABLE-SHIFT (np.uint64 (- 64 TABLE-BITS))  ; by which a hash becomes an index of the table
  SEPARATOR "\ud800")  ; separates texts and occurs in none


(defn originality [texts training]
  #[[Return #(passage share) for the strings `texts`, compared with the string `training`.

  `passage` is the longest passage of any of them that occurs in `training`; `share`, from 0 to 1,
  is the share of their 20-character strings that do, and None if they have none.

      (originality ["the cat sat on the mug"] "the cat sat on the mat")
      ; => #("the cat sat on the m" 0.333…)]]
  (setv
    written (.join SEPARATOR texts)
    copied (_copied written training SHINGLE)
    strings (sum (gfor text texts (max 0 (- (len text) SHINGLE -1))))
    gaps (np.flatnonzero (np.concatenate [[True] (np.logical-not copied) [True]]))
    run (- (.max (np.diff gaps)) 1)  ; the longest run of True; no passage makes a longer one
    [least most] (if run [SHINGLE (+ SHINGLE run -1)] [0 (min (- SHINGLE 1) (len written))])
    start (if run (.argmax copied) 0)
    n most)
  (while (< least most)
    (setv found (np.flatnonzero (_copied written training n)))
    (if (len found)
      (setv [least start] [n (get found 0)])
      (setv most (- n 1)))
    (setv n (// (+ least most 1) 2)))
  #((cut written start (+ start least)) (when strings (/ (int (.sum copied)) strings))))


(defn _copied [written training n]
  "Return whether each string of `n` in `written` occurs in `training` (characters - n + 1,)."
  (setv [powers inverses] (lfor  ; modulo 2⁶⁴
    base [BASE (pow BASE -1 (** 2 64))]
    :setv longest (max (len written) (+ HASHED-AT-ONCE n))
    (np.cumprod (np.append (np.uint64 1) (np.full (- longest 1) base "uint64")))))
  (defn hash [text]
    (setv
      codes (np.frombuffer (.encode text "utf-32-le" "surrogatepass") "<u4")
      sums (np.append (np.uint64 0) (np.cumsum (* codes (cut powers (len codes)))))
      strings (max 0 (- (len sums) n)))
    (* (- (cut sums n None) (cut sums strings)) (cut inverses strings)))
  (setv
    hashes (hash written)
    table (np.zeros (** 2 TABLE-BITS) bool)
    found [(np.empty 0 "uint64")]
    (get table (>> hashes TABLE-SHIFT)) True)
  (for [start (range 0 (len training) HASHED-AT-ONCE)]
    (setv theirs (hash (cut training start (+ start HASHED-AT-ONCE n -1))))
    (.append found (np.unique (get theirs (get table (>> theirs TABLE-SHIFT))))))
  (np.isin hashes (np.concatenate found)))
