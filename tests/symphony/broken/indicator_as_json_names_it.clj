(defsymphony "Half and half" {:rebalance-frequency :daily}
  (if (> (relative-strength-index "SPY" {:window 10}) 70)
    [(asset "BIL" nil)]
    [(asset "SPY" nil)]))
