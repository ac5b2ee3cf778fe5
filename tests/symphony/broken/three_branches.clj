(defsymphony "Half and half" {:rebalance-frequency :daily}
  (if (> (rsi "SPY" {:window 10}) 50)
    [(asset "BIL" nil)]
    [(asset "SPY" nil)]
    [(asset "TLT" nil)]))
