# QuickSight over the warehouse, which it asks each time: nothing is copied. The charts are in views.tf.

locals {
  reads_data_set = ["quicksight:DescribeDataSet", "quicksight:DescribeDataSetPermissions", "quicksight:PassDataSet", "quicksight:DescribeIngestion", "quicksight:ListIngestions"]
}

resource "aws_quicksight_data_source" "this" {
  data_source_id = var.name
  name           = var.name
  type           = "REDSHIFT"

  parameters {
    redshift {
      host     = var.host
      port     = var.port
      database = var.database
    }
  }

  credentials {
    secret_arn = var.secret_arn
  }

  ssl_properties {
    disable_ssl = false
  }

  vpc_connection_properties {
    vpc_connection_arn = aws_quicksight_vpc_connection.this.arn
  }

  dynamic "permission" {
    for_each = toset(var.authors)

    content {
      principal = permission.value
      actions   = ["quicksight:DescribeDataSource", "quicksight:DescribeDataSourcePermissions", "quicksight:PassDataSource"]
    }
  }
}

resource "aws_quicksight_data_set" "this" {
  for_each = local.views

  data_set_id = "${var.name}-${replace(each.key, "_", "-")}"
  name        = each.value.title
  import_mode = "DIRECT_QUERY"

  physical_table_map {
    physical_table_map_id = replace(each.key, "_", "-")

    relational_table {
      data_source_arn = aws_quicksight_data_source.this.arn
      schema          = "playtrace"
      name            = each.key

      dynamic "input_columns" {
        for_each = each.value.columns

        content {
          name = input_columns.key
          type = input_columns.value
        }
      }
    }
  }

  dynamic "permissions" {
    for_each = toset(var.authors)

    content {
      principal = permissions.value
      actions   = local.reads_data_set
    }
  }
}

# The charts are said once, and both who looks and who goes on from there have them.
resource "aws_quicksight_template" "this" {
  template_id         = var.name
  name                = var.name
  version_description = "As infrastructure/modules/charts says"

  definition {
    dynamic "data_set_configuration" {
      for_each = local.views

      content {
        placeholder = data_set_configuration.key

        data_set_schema {
          dynamic "column_schema_list" {
            for_each = data_set_configuration.value.columns

            content {
              name      = column_schema_list.key
              data_type = column_schema_list.value
            }
          }
        }
      }
    }

    calculated_fields {
      data_set_identifier = local.net.view
      name                = local.net.name
      expression          = local.net.expression
    }

    sheets {
      sheet_id = "games"
      name     = "Games"

      dynamic "visuals" {
        for_each = local.lines

        content {
          line_chart_visual {
            visual_id = visuals.key

            title {
              format_text {
                plain_text = visuals.value.title
              }
            }

            chart_configuration {
              field_wells {
                line_chart_aggregated_field_wells {
                  category {
                    date_dimension_field {
                      field_id         = "${visuals.key}-x"
                      date_granularity = "DAY"

                      column {
                        data_set_identifier = visuals.value.view
                        column_name         = visuals.value.x
                      }
                    }
                  }

                  values {
                    numerical_measure_field {
                      field_id = "${visuals.key}-y"

                      column {
                        data_set_identifier = visuals.value.view
                        column_name         = visuals.value.y
                      }

                      aggregation_function {
                        simple_numerical_aggregation = visuals.value.aggregation
                      }
                    }
                  }

                  colors {
                    categorical_dimension_field {
                      field_id = "${visuals.key}-color"

                      column {
                        data_set_identifier = visuals.value.view
                        column_name         = visuals.value.color
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }

      dynamic "visuals" {
        for_each = local.bars

        content {
          bar_chart_visual {
            visual_id = visuals.key

            title {
              format_text {
                plain_text = visuals.value.title
              }
            }

            chart_configuration {
              orientation = "VERTICAL"

              field_wells {
                bar_chart_aggregated_field_wells {
                  category {
                    dynamic "numerical_dimension_field" {
                      for_each = local.views[visuals.value.view].columns[visuals.value.x] == "INTEGER" ? [visuals.value.x] : []

                      content {
                        field_id = "${visuals.key}-x"

                        column {
                          data_set_identifier = visuals.value.view
                          column_name         = numerical_dimension_field.value
                        }
                      }
                    }

                    dynamic "categorical_dimension_field" {
                      for_each = local.views[visuals.value.view].columns[visuals.value.x] == "STRING" ? [visuals.value.x] : []

                      content {
                        field_id = "${visuals.key}-x"

                        column {
                          data_set_identifier = visuals.value.view
                          column_name         = categorical_dimension_field.value
                        }
                      }
                    }
                  }

                  values {
                    numerical_measure_field {
                      field_id = "${visuals.key}-y"

                      column {
                        data_set_identifier = visuals.value.view
                        column_name         = visuals.value.y
                      }

                      aggregation_function {
                        simple_numerical_aggregation = visuals.value.aggregation
                      }
                    }
                  }

                  colors {
                    categorical_dimension_field {
                      field_id = "${visuals.key}-color"

                      column {
                        data_set_identifier = visuals.value.view
                        column_name         = visuals.value.color
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}

resource "aws_quicksight_analysis" "this" {
  analysis_id = var.name
  name        = var.name

  source_entity {
    source_template {
      arn = aws_quicksight_template.this.arn

      dynamic "data_set_references" {
        for_each = aws_quicksight_data_set.this

        content {
          data_set_arn         = data_set_references.value.arn
          data_set_placeholder = data_set_references.key
        }
      }
    }
  }

  dynamic "permissions" {
    for_each = toset(var.authors)

    content {
      principal = permissions.value
      actions = [
        "quicksight:DescribeAnalysis", "quicksight:QueryAnalysis", "quicksight:UpdateAnalysis", "quicksight:DeleteAnalysis",
        "quicksight:RestoreAnalysis", "quicksight:DescribeAnalysisPermissions", "quicksight:UpdateAnalysisPermissions",
      ]
    }
  }
}

resource "aws_quicksight_dashboard" "this" {
  dashboard_id        = var.name
  name                = var.name
  version_description = "Of version ${aws_quicksight_template.this.version_number} of the charts"

  source_entity {
    source_template {
      arn = aws_quicksight_template.this.arn

      dynamic "data_set_references" {
        for_each = aws_quicksight_data_set.this

        content {
          data_set_arn         = data_set_references.value.arn
          data_set_placeholder = data_set_references.key
        }
      }
    }
  }

  dynamic "permissions" {
    for_each = toset(concat(var.viewers, var.authors))

    content {
      principal = permissions.value
      actions   = ["quicksight:DescribeDashboard", "quicksight:ListDashboardVersions", "quicksight:QueryDashboard"]
    }
  }
}
