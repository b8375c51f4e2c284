#[[The shingles of a text (Broder 1997), all its passages of 20 characters, so as to copy none.

They are in a Bloom filter (Bloom 1970): of about 8 bits for each, 4 are set. So a model tells
whether a shingle is in its text, with 1% to 7% false alarms. The filter doesn't list the text, but
whoever has it and a few words of the text can extend them one by one.]]

(eval-when-compile (require hyrule [meth unless]))
(import
  math [log2]
  zlib [crc32]
  numpy :as np)

(setv
  SHINGLE 20  ; characters: passages of this length rarely agree by chance
  BITS 8  ; for each shingle, before their number is rounded to a power of two
  FACTORS [0x9E3779B1 0x85EBCA6B 0xC2B2AE35 0x27D4EB2F]  ; odd: each makes a bit's index of a hash
  MOST-SHINGLED 2_000_000)  ; characters; longer texts are hardly copied, and have no filter


(defn shingles-of [text]
  #[[Return #(all often): filters, as bytes, of the shingles of a `Text` and of the frequent ones.

  These come more than once, as refrains do. A text that is too long or too short has none.]]
  (unless (<= SHINGLE text.length MOST-SHINGLED) (return #(b"" b"")))
  (setv
    text (.join "" text)
    all (gfor n (range (- (len text) SHINGLE -1)) (hash-of (cut text n (+ n SHINGLE))))
    [hashes counts] (np.unique (np.fromiter all "uint32") :return-counts True))
  #((_filter-of hashes) (_filter-of (get hashes (> counts 1)))))


(defn hash-of [shingle]
  "Return the hash of `shingle` (str), a whole number below 2³²."
  (crc32 (.encode shingle "utf-8" "surrogatepass")))


(defn _filter-of [hashes]
  "Return the filter of `hashes` (n,), bytes: a power of two of bits."
  (setv
    power (max 3 (round (log2 (* BITS (max 1 (len hashes))))))
    bits (np.zeros (** 2 power) bool))
  (for [factor FACTORS]
    (setv (get bits (>> (* hashes (np.uint32 factor)) (np.uint32 (- 32 power)))) True))
  (.tobytes (np.packbits bits :bitorder "little")))


(defn joined-filters [one other]
  #[[Return the filter of what the filters `one` and `other` have.

  An index in the larger one begins with its index in the smaller, so each bit of this counts for
  several there.]]
  (unless (and one other) (return (or one other)))
  (setv [small large] (sorted
    (gfor each [one other] (np.unpackbits (np.frombuffer each "uint8") :bitorder "little"))
    :key len))
  (.tobytes (np.packbits (| large (np.repeat small (// (len large) (len small))))
    :bitorder "little")))


(defclass Shingles []
  #[[The shingles of texts, in the filters `whole` and `often` (see `shingles-of`).

  `refused` counts the places where a unit wasn't taken because of them.]]

  (meth __init__ [whole often]
    (setv
      [@_whole @_often] (gfor bits [whole often] #(bits (- 33 (.bit-length (* 8 (len bits))))))
      @refused 0))

  (meth copied? [shingle refrains]
    "Return whether the texts have `shingle`; with `refrains`, whether they have it just once."
    (setv key (hash-of shingle))
    (and (_in? key #* @_whole) (not (and refrains (_in? key #* @_often))))))


(defn _in? [key bits shift]
  "Return whether the hash `key` is in the filter `bits`, which may be empty."
  (unless bits (return False))
  (for [factor FACTORS]
    (setv index (>> (& (* key factor) 0xFFFFFFFF) shift))
    (unless (& (>> (get bits (>> index 3)) (& index 7)) 1) (return False)))
  True)
