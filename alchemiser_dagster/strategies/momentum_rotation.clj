; Momentum rotation with a filter.
; Once a month it holds the two strongest of six markets over the last half year (126 sessions), as long as shares as a
; whole have gained over that time; else it holds the stronger of bonds and gold over the last quarter (63 sessions).
; Why: what rose most over six months tends to go on for some weeks, in shares, bonds and gold alike; and momentum
; among losers is no reason to hold them, so the filter only chooses among risky markets while the broad one rises.

(defsymphony "Momentum rotation"
  {:asset-class "EQUITIES", :rebalance-frequency :monthly}
  (if (> (cumulative-return "SPY" {:window 126}) 0)
    [(filter (cumulative-return {:window 126}) (select-top 2)
       [(asset "SPY" "S&P 500")
        (asset "QQQ" "Nasdaq 100")
        (asset "IWM" "Russell 2000")
        (asset "EFA" "Developed markets outside the US")
        (asset "EEM" "Emerging markets")
        (asset "GLD" "Gold")])]
    [(filter (cumulative-return {:window 63}) (select-top 1)
       [(asset "IEF" "Treasury notes, 7 to 10 years")
        (asset "SHY" "Treasury notes, 1 to 3 years")
        (asset "GLD" "Gold")])]))
