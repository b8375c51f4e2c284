"What both halves have is the same: parity.hy has the table."

(import
  json
  os
  random [Random]
  pytest
  tests.parity [PATH TABLE VOCABULARIES answers new-cases])

(setv [CASES ANSWERS] (json.loads (.read-text PATH)))


(defn answers-in-node [cases]
  "Return what TypeScript makes of `cases`."
  (import tests.node [in-node])  ; which quick tests do without
  (in-node (sorted (sfor row (.values TABLE) row.module))
    (+ "([cases, known]) => { Object.assign(globalThis, constants, known); const twins = {"
      (.join "" (gfor [name row] (.items TABLE) f"'{name}': (a, b, c, d) => {{ {row.twin}; }},"))
      "}; for (const [name, all] of Object.entries(cases))"
      " cases[name] = all.map((given) => twins[name](...given)); return cases; }")
    [cases {"vocabularies" (dfor
      [unit each] (.items VOCABULARIES)
      unit (json.loads (.to-json each)))}]))


(defn assert-alike [cases found expected [note ""]]
  (setv [found expected] (json.loads (json.dumps [found expected])))
  (for [[name row] (.items TABLE)
        [given one other] (zip #* (gfor all [cases found expected] (get all name)))]
    (when row.tolerance (setv other (pytest.approx other :abs row.tolerance :rel row.tolerance)))
    (assert (= one other) [note name given])))


(defn [pytest.mark.quick] test-the-file-is-what-the-program-says []
  (assert (= (list CASES) (list TABLE)))
  (assert-alike CASES (answers CASES) ANSWERS))


(defn test-pages-say-the-same []
  (assert-alike CASES (answers-in-node CASES) ANSWERS))


(defn test-both-say-the-same-of-new-inputs []
  (setv
    seed (int.from-bytes (os.urandom 4))
    cases (new-cases (Random seed) 40))
  (assert-alike cases (answers-in-node cases) (answers cases) f"Random {seed}"))
