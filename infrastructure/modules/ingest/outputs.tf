output "url" {
  value       = aws_apigatewayv2_api.this.api_endpoint
  description = "Where games send to."
}

output "api_id" {
  value       = aws_apigatewayv2_api.this.id
  description = "For figures."
}

output "function_name" {
  value       = aws_lambda_function.this.function_name
  description = "For figures and deployments."
}

output "deployment" {
  value = {
    application = aws_codedeploy_app.this.name
    group       = aws_codedeploy_deployment_group.this.deployment_group_name
    function    = aws_lambda_function.this.function_name
    alias       = aws_lambda_alias.live.name
    version     = aws_lambda_function.this.version
  }
  description = "What a deployment names to make the latest version live."
}
