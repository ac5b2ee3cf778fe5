(defsymphony "Half and half"
  (if (> (percentage-price-oscillator "SPY" {:short-window 12 :long-window 0}) 0)
    [(asset "SPY")]))
