output "name" {
  value       = aws_kinesis_stream.this.name
  description = "Of the stream."
}

output "arn" {
  value       = aws_kinesis_stream.this.arn
  description = "For policies and event sources."
}
