(defsymphony "Half and half"
  (if ()
    [(asset "SPY")]
    [(asset "TLT")]))
