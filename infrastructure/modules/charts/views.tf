# What is drawn: the reports of the warehouse (src/playtrace/batch/warehouse/views.sql) with their columns, and the charts.

locals {
  views = {
    report_active_players = {
      title   = "Active players"
      columns = { game_id = "STRING", day = "DATETIME", dau = "INTEGER", wau = "INTEGER", mau = "INTEGER", new_players = "INTEGER" }
    }
    report_sessions = {
      title = "Sessions"
      columns = {
        game_id      = "STRING", day = "DATETIME", sessions = "INTEGER", players = "INTEGER"
        mean_seconds = "DECIMAL", median_seconds = "DECIMAL", crashed = "INTEGER", quit = "INTEGER"
      }
    }
    report_crash_free = {
      title = "Without a crash"
      columns = {
        game_id         = "STRING", day = "DATETIME", sessions = "INTEGER", crashed_sessions = "INTEGER", players = "INTEGER"
        crashed_players = "INTEGER", crash_free_sessions = "DECIMAL", crash_free_players = "DECIMAL"
      }
    }
    report_retention = {
      title = "Retention"
      columns = {
        game_id = "STRING", cohort = "DATETIME", days_after = "INTEGER", size = "INTEGER", retained = "INTEGER", share = "DECIMAL"
      }
    }
    report_revenue = {
      title = "Revenue"
      columns = {
        game_id    = "STRING", day = "DATETIME", currency = "STRING", gross_micros = "INTEGER", refunds_micros = "INTEGER"
        net_micros = "INTEGER", payments = "INTEGER", payers = "INTEGER"
      }
    }
    report_levels = {
      title = "Levels"
      columns = {
        game_id   = "STRING", day = "DATETIME", level = "STRING", started = "INTEGER", completed = "INTEGER", failed = "INTEGER"
        abandoned = "INTEGER", players = "INTEGER", completed_seconds = "DECIMAL"
      }
    }
  }

  # Micros are whole numbers; people want the currency's own.
  net = { view = "report_revenue", name = "net", expression = "{net_micros} / 1000000" }

  # By day a line, else bars. A column of the view in each place.
  charts = {
    active-players = { view = "report_active_players", title = "Players of a day", x = "day", y = "dau", aggregation = "SUM", color = "game_id" }
    new-players    = { view = "report_active_players", title = "New players", x = "day", y = "new_players", aggregation = "SUM", color = "game_id" }
    sessions       = { view = "report_sessions", title = "Sessions", x = "day", y = "sessions", aggregation = "SUM", color = "game_id" }
    median         = { view = "report_sessions", title = "Median session, seconds", x = "day", y = "median_seconds", aggregation = "AVERAGE", color = "game_id" }
    crash-free     = { view = "report_crash_free", title = "Sessions without a crash, share", x = "day", y = "crash_free_sessions", aggregation = "AVERAGE", color = "game_id" }
    revenue        = { view = "report_revenue", title = "Net revenue", x = "day", y = local.net.name, aggregation = "SUM", color = "currency" }
    retention      = { view = "report_retention", title = "Retained after so many days, mean of cohorts", x = "days_after", y = "share", aggregation = "AVERAGE", color = "game_id" }
    levels         = { view = "report_levels", title = "Levels failed", x = "level", y = "failed", aggregation = "SUM", color = "game_id" }
  }
  lines = { for id, chart in local.charts : id => chart if chart.x == "day" }
  bars  = { for id, chart in local.charts : id => chart if chart.x != "day" }
}
