; Overbought and oversold switch with nested groups.
; Two questions, asked every day. Has the Nasdaq run too far, up or down (RSI over 10 sessions)? If so, lean against it
; for as long as that lasts: a little volatility protection and bills when it is overbought, the Nasdaq when it has been
; sold off. If not, follow whichever of two plans, a bold one and a careful one, has itself done better of late: the
; filter scores the plans' own histories, not what they happen to hold today.
; Why: short extremes tend to revert within days, while the calm in between tends to go on.

(defsymphony "Overbought switch"
  {:asset-class "EQUITIES", :rebalance-frequency :daily}
  (if (> (rsi "QQQ" {:window 10}) 79)
    [(group "Overbought: protect"
       [(weight-specified
          0.15 (asset "UVXY" "Short-term volatility futures, 1.5 times")
          0.85 (asset "BIL" "Treasury bills, 1 to 3 months"))])]
    [(if (and (< (rsi "QQQ" {:window 10}) 30)
              (> (current-price "SPY") (moving-average-price "SPY" {:window 200})))
       [(group "Oversold in a rising market: buy the dip"
          [(asset "TQQQ" "Nasdaq 100, three times daily")])]
       [(group "In between: follow the better plan"
          [(filter (moving-average-return {:window 20}) (select-top 1)
             [(group "Bold"
                [(filter (cumulative-return {:window 20}) (select-top 1)
                   [(asset "QQQ" "Nasdaq 100")
                    (asset "IWM" "Russell 2000")
                    (asset "XLK" "US technology")])])
              (group "Careful"
                [(if (> (cumulative-return "SPY" {:window 60}) (cumulative-return "TLT" {:window 60}))
                   [(weight-equal
                      [(asset "SPY" "S&P 500")
                       (asset "IEF" "Treasury notes, 7 to 10 years")])]
                   [(weight-inverse-volatility 20
                      [(asset "TLT" "Treasury bonds, over 20 years")
                       (asset "GLD" "Gold")])])])])])])]))
