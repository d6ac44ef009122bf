output "vpc_id" {
  description = "The network."
  value       = aws_vpc.this.id
}

output "vpc_cidr" {
  description = "Its address range."
  value       = aws_vpc.this.cidr_block
}

output "private_subnet_ids" {
  description = "Subnets without a way in from outside, one in each zone, in the order of the zones."
  value       = [for zone in var.zones : aws_subnet.private[zone].id]
}

output "public_subnet_ids" {
  description = "Subnets for load balancers, one in each zone."
  value       = [for zone in var.zones : aws_subnet.public[zone].id]
}

output "egress_addresses" {
  description = "Public addresses that connections to outside come from: what a managed service outside the network lets in."
  value       = [for address in aws_eip.nat : address.public_ip]
}
