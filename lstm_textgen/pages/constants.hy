"The numbers of training that the scripts of a page share: see source/teaching/."

(import
  lstm-textgen.modelfile.history [UNCERTAIN]
  lstm-textgen.settings.sizing [DROPOUT-AGAIN DROPPED-MORE ENOUGH-READ FEWEST-READINGS GENTLE-RATE
    LEAST-ROWS LITTLE-DROPOUT MORE-ROWS MOST-SECONDS-ON-PAGE MOST-READINGS MOST-ROWS MUCH-DROPOUT
    ON-PAGE READ-OFTEN RULES SECONDS-ON-PAGE SMALL-ON-PAGE]
  lstm-textgen.settings.training [ALPHA BETA BETA-1 BETA-2 CLIP-NORM COMPARED-PLACES COMPARED-UNITS
    EMA-SPAN EMA-UPDATES ENOUGH-STEPS EPSILON FAMILIAR FINAL-RATE LARGE-LAYER MAX-FACTOR
    MOST-WARM-UP RUN-OF-LIST SOFTER STEADY-ROWS STRANGE VALIDATED VALIDATION-RUN-IN WARM-UP])

(setv LEARNING {
  "adam" {"beta1" BETA-1  "beta2" BETA-2  "epsilon" EPSILON  "clip" CLIP-NORM}
  "steadying" {"from" LARGE-LAYER  "alpha" ALPHA  "beta" BETA}
  "rate" {
    "warmUp" WARM-UP  "mostWarmUp" MOST-WARM-UP  "final" FINAL-RATE
    "enoughSteps" ENOUGH-STEPS  "maxFactor" MAX-FACTOR  "steadyRows" STEADY-ROWS}
  "average" {"updates" EMA-UPDATES  "span" EMA-SPAN  "softer" SOFTER}
  "validation" {"most" VALIDATED  "runIn" VALIDATION-RUN-IN  "uncertain" UNCERTAIN}
  "tuning" {
    "mostEpochs" MOST-READINGS  "fewestEpochs" FEWEST-READINGS  "enough" ENOUGH-READ
    "often" READ-OFTEN  "gentle" GENTLE-RATE  "little" LITTLE-DROPOUT  "moreRows" MORE-ROWS
    "again" DROPOUT-AGAIN  "much" MUCH-DROPOUT  "familiar" FAMILIAR  "strange" STRANGE
    "places" COMPARED-PLACES  "units" COMPARED-UNITS}
  "rows" {"least" LEAST-ROWS  "most" MOST-ROWS}  "runOfList" RUN-OF-LIST
  "rules" (dfor
    [unit rule] (.items RULES)
    unit {
      "read" rule.read  "fewestEpochs" rule.fewest-epochs  "mostEpochs" rule.most-epochs
      "long" [rule.long-from rule.long-epochs]})
  "new" {
    "sizes" (lfor
      size ON-PAGE.sizes
      { "units" size.hidden  "speed" size.speed  "dropout" size.dropout
        "mostDropout" size.most-dropout  "enough" size.enough  "from" size.timed-from})
    "mostRead" ON-PAGE.most-read  "enoughEpochs" ON-PAGE.enough-epochs
    "mostEpochs" ON-PAGE.most-epochs  "enoughReadings" ON-PAGE.enough-readings
    "enoughOfMore" ON-PAGE.enough-of-more  "byRows" ON-PAGE.by-rows
    "droppedMore" DROPPED-MORE  "small" SMALL-ON-PAGE}
  "seconds" {"new" SECONDS-ON-PAGE  "most" MOST-SECONDS-ON-PAGE}})
