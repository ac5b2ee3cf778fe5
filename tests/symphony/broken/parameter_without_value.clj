(defsymphony "Half and half" {:rebalance-frequency :daily}
  (if (> (percentage-price-oscillator "SPY" {:short-window 12 :long-window}) 0)
    [(asset "SPY" nil)]))
