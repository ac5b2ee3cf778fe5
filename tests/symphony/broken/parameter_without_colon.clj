(defsymphony "Half and half"
  (if (> (rsi "SPY" {window 10}) 70)
    [(asset "SPY")]
    [(asset "TLT")]))
