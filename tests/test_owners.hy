"Who wrote what on a sheet: which changes of a text change the writer of a word."

(import
  pytest
  tests.node [in-node])

(setv
  ;; Writes with a caret: a string is typed letter by letter, by a person; [string] is added by a
  ;; machine; a number moves the caret; {"cut" n} deletes so many characters before it.
  WRITE (+ "(steps) => { const all = new OwnedText(); let at = 0;"
    "const become = (from, to, owner) => {"
    "  const text = all.text.slice(0, from) + to + all.text.slice(at);"
    "  at = from + to.length; all.become(text, at, owner); };"
    "for (const step of steps) {"
    "  if (step.cut) for (let n = 0; n < step.cut; n++) become(at - 1, '', '0');"
    "  else if (step.undo !== undefined) all.travel(step.undo, -1);"
    "  else if (step.redo !== undefined) all.travel(step.redo, 1);"
    "  else if (Number.isInteger(step)) at = step;"
    "  else if (Array.isArray(step)) become(at, step[0], '1');"
    "  else [...step].forEach((letter) => become(at, letter, '0')); }"
    "return [all.text, all.whose]; }"))


(defn written [#* steps]
  "Return #(text machine): the text after these `steps`, and what of it is a machine's."
  (setv [text whose] (in-node ["tabs/together/owners"] WRITE (list steps)))
  #(text (.join "" (gfor [c owner] (zip text whose :strict True) (if (= owner "1") c "_")))))


(defn [(pytest.mark.parametrize #("steps" "text" "machines") [
    ;; What is beside a word, and its capitals, leave it a machine's.
    #([["like a banana?"] {"cut" 1} ","] "like a banana," "like a banana_")
    #([["a teapot "] {"cut" 1} ", "] "a teapot, " "a teapot__")
    #(["I " ["danced"] 2 "donut "] "I donut danced" "________danced")
    #(["It told " ["me"] 8 "see "] "It told see me" "____________me")
    #(["on " ["friday"] 4 {"cut" 1} "F"] "on Friday" "___Friday")
    #([["a long time,"] {"cut" 1}] "a long time" "a long time")
    ;; A word of which a letter changed is a person's.
    #([["the noun"] "s"] "the nouns" "the _____")
    #([["he noticed"] {"cut" 1}] "he notice" "he ______")
    #([["the moon"] 6 "a"] "the moaon" "the _____")
    #([["the moon"] 7 {"cut" 1}] "the mon" "the ___")
    ;; A word that a machine completes is the machine's.
    #(["was sur" ["prised"]] "was surprised" "____surprised")
    #(["was sur" ["prised"] {"undo" "was sur"}] "was sur" "_______")
    ;; In Chinese each character is someone's.
    #(["你" ["们好"] "吗"] "你们好吗" "_们好_")])]
    test-a-word-is-of-who-wrote-or-changed-its-letters [steps text machines]
  (assert (= (written #* steps) #(text machines))))


(defn test-undo-and-redo-keep-who-wrote-what-also-after-several-steps []
  (setv steps ["one " ["two "] ["three"] {"cut" 2} " x"])
  (for [[undone machines] [["one two three" "____two three"] ["one two " "____two "]
      ["one " "____"]]]
    (assert (= (written #* steps {"undo" undone}) #(undone machines)))
    (assert (= (written #* steps {"undo" undone} {"redo" "one two thr x"})
      #("one two thr x" "____two _____")))))
