; Trend and T-bills.
; Holds US shares while they stand above their average of 200 sessions, and Treasury bills while they don't.
; Why: long falls begin below the long average more often than above it. The strategy gives up some of each recovery
; in exchange for missing most of a long decline. Two indices are asked separately, so that it moves in halves.
; It trades at most once a week, because a price near its average crosses it often.

(defsymphony "Trend and T-bills"
  {:asset-class "EQUITIES", :rebalance-frequency :weekly}
  (weight-equal
    [(if (> (current-price "SPY") (moving-average-price "SPY" {:window 200}))
       [(asset "SPY" "S&P 500")]
       [(asset "BIL" "Treasury bills, 1 to 3 months")])
     (if (> (current-price "QQQ") (moving-average-price "QQQ" {:window 200}))
       [(asset "QQQ" "Nasdaq 100")]
       [(asset "BIL" "Treasury bills, 1 to 3 months")])]))
